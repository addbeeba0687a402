import { Field } from './Field'

/** The shortest password that the API takes. */
const MIN_PASSWORD_LENGTH = 10

/** Asks for a password that somebody chooses now. */
export const NewPassword = ({ name, label }: { name: string; label: string }) => (
  <Field
    name={name}
    label={label}
    type="password"
    autoComplete="new-password"
    required
    minLength={MIN_PASSWORD_LENGTH}
    maxLength={200}
    hint={`At least ${MIN_PASSWORD_LENGTH} characters.`}
  />
)
