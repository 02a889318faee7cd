# The enterprise application in Entra ID that provisions dingtalk-scim, and its limit for removals (docs/entra.md).
# It needs the permissions Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All, Group.Read.All and Synchronization.ReadWrite.All.

terraform {
  required_version = ">= 1.6"
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
  }
}

variable "scim_url" {
  description = "PUBLIC_URL of dingtalk-scim, then /scim/v2, then the flag with which Entra sends booleans and PATCH in the form of RFC 7644."
  type        = string
  default     = "https://scim.example.com/scim/v2?aadOptscim062020"
}

variable "scim_token" {
  description = "A token of the scope provision: dingtalk-scim token create --name 'Entra ID'. Terraform stores it in its state: protect the state."
  type        = string
  sensitive   = true
}

variable "groups" {
  description = "Object ids of the groups whose direct members are provisioned. Entra does not read nested groups."
  type        = set(string)
}

variable "delete_threshold" {
  description = "If a cycle has more removals than this, Entra quarantines the job before the first removal. Do not set it above `limits.peopleRemoved` of the policy."
  type        = number
  default     = 5
  validation {
    condition     = var.delete_threshold > 0
    error_message = "A threshold of 0 would turn the protection off."
  }
}

variable "notify" {
  description = "E-mail address that is notified when the job is quarantined."
  type        = string
}

variable "enabled" {
  description = "Whether the job runs. Begin with false, and check the attribute mapping first (set-external-id.mjs)."
  type        = bool
  default     = false
}

# The template for an application that is not in the gallery.
data "azuread_application_template" "custom" {
  display_name = "Custom"
}

resource "azuread_application_from_template" "dingtalk" {
  display_name = "DingTalk (dingtalk-scim)"
  template_id  = data.azuread_application_template.custom.template_id
}

data "azuread_service_principal" "dingtalk" {
  object_id = azuread_application_from_template.dingtalk.service_principal_object_id
}

resource "azuread_app_role_assignment" "provisioned" {
  for_each            = var.groups
  app_role_id         = data.azuread_service_principal.dingtalk.app_role_ids["User"]
  principal_object_id = each.value
  resource_object_id  = data.azuread_service_principal.dingtalk.object_id
}

resource "azuread_synchronization_secret" "dingtalk" {
  service_principal_id = data.azuread_service_principal.dingtalk.id

  credential {
    key   = "BaseAddress"
    value = var.scim_url
  }
  credential {
    key   = "SecretToken"
    value = var.scim_token
  }
  # Only assigned people and groups are provisioned.
  credential {
    key   = "SyncAll"
    value = "false"
  }
  credential {
    key = "SyncNotificationSettings"
    value = jsonencode({
      Enabled                = true
      Recipients             = var.notify
      DeleteThresholdEnabled = true
      DeleteThresholdValue   = var.delete_threshold
    })
  }
}

resource "azuread_synchronization_job" "dingtalk" {
  service_principal_id = data.azuread_service_principal.dingtalk.id
  template_id          = "scim"
  enabled              = var.enabled
  depends_on           = [azuread_synchronization_secret.dingtalk, azuread_app_role_assignment.provisioned]
}

output "service_principal_id" {
  description = "The value of --service-principal of set-external-id.mjs."
  value       = data.azuread_service_principal.dingtalk.object_id
}

output "job_id" {
  value = azuread_synchronization_job.dingtalk.id
}
