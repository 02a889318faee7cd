{{- define "dingtalk-scim.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "dingtalk-scim.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "dingtalk-scim.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "dingtalk-scim.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "dingtalk-scim.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dingtalk-scim.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dingtalk-scim.labels" -}}
{{ include "dingtalk-scim.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "dingtalk-scim.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "dingtalk-scim.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "dingtalk-scim.secretName" -}}
{{- if .Values.existingSecret -}}
{{- .Values.existingSecret -}}
{{- else if .Values.secrets.DATABASE_URL -}}
{{- include "dingtalk-scim.fullname" . -}}
{{- else -}}
{{- fail "existingSecret must name a Secret with DATABASE_URL (or, for a trial, secrets.DATABASE_URL must be set)" -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the key files. */}}
{{- define "dingtalk-scim.keysSecretName" -}}
{{- if .Values.existingKeysSecret -}}
{{- .Values.existingKeysSecret -}}
{{- else if and .Values.keys.encryption .Values.keys.history -}}
{{- printf "%s-keys" (include "dingtalk-scim.fullname" .) -}}
{{- else -}}
{{- fail "existingKeysSecret must name a Secret with the files encryption.key and history.key (or, for a trial, both of keys must be set)" -}}
{{- end -}}
{{- end -}}

{{- define "dingtalk-scim.keys" -}}
{ name: keys, secret: { secretName: {{ include "dingtalk-scim.keysSecretName" . }}, items: [{ key: encryption.key, path: encryption.key }] } }
{{- end -}}

{{- define "dingtalk-scim.workerKeys" -}}
{ name: keys, secret: { secretName: {{ include "dingtalk-scim.keysSecretName" . }} } }
{{- end -}}

{{- define "dingtalk-scim.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Part of every pod: no service account token, no root. */}}
{{- define "dingtalk-scim.pod" -}}
serviceAccountName: {{ include "dingtalk-scim.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Part of every container. */}}
{{- define "dingtalk-scim.container" -}}
image: {{ include "dingtalk-scim.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{/* Settings of a process, later ones take precedence: the ConfigMap, the Secret, the chart's own. Arguments: context, role. */}}
{{- define "dingtalk-scim.environment" -}}
envFrom:
  - configMapRef: { name: {{ include "dingtalk-scim.fullname" .context }} }
  - secretRef: { name: {{ include "dingtalk-scim.secretName" .context }} }
env:
  - { name: ROLE, value: {{ .role }} }
  - { name: HOST, value: "0.0.0.0" }
  - { name: PORT, value: "8080" }
  - { name: DATA_DIR, value: /data }
  - { name: ENCRYPTION_KEY_FILE, value: /etc/dingtalk-scim-keys/encryption.key }
  {{- if eq .role "worker" }}
  - { name: HISTORY_KEY_FILE, value: /etc/dingtalk-scim-keys/history.key }
  {{- end }}
  {{- if .context.Values.mapping }}
  - { name: MAPPING_FILE, value: /etc/dingtalk-scim/mapping.yaml }
  {{- end }}
  {{- if .context.Values.policy }}
  - { name: POLICY_FILE, value: /etc/dingtalk-scim/policy.yaml }
  {{- end }}
  {{- if .context.Values.workday }}
  - { name: WORKDAY_FILE, value: /etc/dingtalk-scim/workday.yaml }
  {{- end }}
  {{- if .context.Values.feed }}
  - { name: FEED_FILE, value: /etc/dingtalk-scim/feed.yaml }
  {{- end }}
{{- end -}}

{{/* A changed setting changes a digest, and so makes new pods: settings are read at start. */}}
{{- define "dingtalk-scim.checksums" -}}
checksum/settings: {{ list .Values.settings .Values.mapping .Values.policy .Values.feed .Values.workday | toJson | sha256sum }}
{{- if not .Values.existingSecret }}
checksum/secrets: {{ .Values.secrets | toJson | sha256sum }}
{{- end }}
{{- end -}}

{{- define "dingtalk-scim.spread" -}}
{{- if .context.Values.topologySpread.enabled }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ .context.Values.topologySpread.topologyKey }}
    whenUnsatisfiable: {{ .context.Values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "dingtalk-scim.selectorLabels" .context | nindent 8 }}
        app.kubernetes.io/component: {{ .role }}
{{- end }}
{{- end -}}

{{- define "dingtalk-scim.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
