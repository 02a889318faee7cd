import { type ReactNode, useId } from "react";

interface TextFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly maxLength?: number;
  readonly inputMode?: "numeric";
  readonly optional?: boolean;
  readonly onChange: (value: string) => void;
}

/** An input of one line. The browser does not suggest earlier inputs. */
export function TextField({
  label,
  hint,
  value,
  maxLength,
  inputMode,
  optional = false,
  onChange,
}: TextFieldProps): ReactNode {
  const [id, hintId] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        maxLength={maxLength}
        inputMode={inputMode}
        required={!optional}
        autoComplete="off"
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint === undefined ? null : (
        <small id={hintId} className="quiet">
          {hint}
        </small>
      )}
    </div>
  );
}
