import { Field } from './Field'

/** Asks again for the password of who is signed in. */
export const Password = ({ label = 'Your password' }: { label?: string }) => (
  <Field name="password" label={label} type="password" autoComplete="current-password" required />
)
