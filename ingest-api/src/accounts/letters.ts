import type { Letter } from '../mail/compose'

/** What Oriel writes to its users about their accounts. The token stands behind a #, so that no server logs it. */

export const verifyLetter = (baseUrl: string, token: string): Letter => ({
  subject: 'Confirm your email address',
  paragraphs: [
    'Please confirm that this address is yours. The link works once, for 24 hours.',
    'If you did not make an account or change its address, do nothing.',
  ],
  action: { label: 'Confirm the address', url: `${baseUrl}/verify#token=${token}` },
})

export const resetLetter = (baseUrl: string, token: string): Letter => ({
  subject: 'Choose a new password',
  paragraphs: [
    'Somebody, probably you, asked for a new password for your account. The link works once, for an hour.',
    'If it was not you, nothing has changed and there is nothing to do.',
  ],
  action: { label: 'Choose a password', url: `${baseUrl}/reset#token=${token}` },
})

export const invitationLetter = (baseUrl: string, token: string): Letter => ({
  subject: 'You are invited',
  paragraphs: [
    'An account was made for you. Choose a password to begin. The link works once, for seven days.',
  ],
  action: { label: 'Choose a password', url: `${baseUrl}/reset#token=${token}` },
})

export const passwordChangedLetter = (baseUrl: string): Letter => ({
  subject: 'Your password was changed',
  paragraphs: [
    'The password of your account was changed, and you were signed out on your other devices.',
    'If it was not you, choose a new password now, then look through your API keys.',
  ],
  action: { label: 'Choose a password', url: `${baseUrl}/forgot` },
})

export const emailChangedLetter = (email: string): Letter => ({
  subject: 'The address of your account was changed',
  paragraphs: [`Your account now belongs to ${email}. If it was not you, answer this mail at once.`],
})

export const sessionEndedLetter = (baseUrl: string, device: string): Letter => ({
  subject: 'We ended one of your sessions',
  paragraphs: [
    `A key of your session on ${device} was used a second time, after it had been replaced.`,
    'That happens when somebody has copied it, so the session was ended. Please sign in again, and change your password if you do not know why it happened.',
  ],
  action: { label: 'Sign in', url: `${baseUrl}/login` },
})

export const accountDeletedLetter = (baseUrl: string, token: string): Letter => ({
  subject: 'Your account was deleted',
  paragraphs: [
    'Your account was deleted, as you asked. Its widgets have stopped showing, and what Oriel knows about you is erased in 14 days.',
    'Until then you can have it back. The link works once.',
  ],
  action: { label: 'Bring it back', url: `${baseUrl}/restore#token=${token}` },
})

export const accountErasedLetter = (): Letter => ({
  subject: 'Your data was erased',
  paragraphs: [
    'What Oriel knew about you was erased today. What was bought and paid stays on record, without your name. This is the last mail to this address.',
  ],
})

/** `widgets` are the names of the reader's own implementations. */
export const builderLeftLetter = (widgets: string[]): Letter => ({
  subject: 'The builder of your widget has left',
  paragraphs: [
    `The builder behind ${widgets.join(', ')} has closed their account.`,
    'Nothing changes on your site: visitors go on seeing the version that they see now. There will be no newer one, so you may want to choose another widget in the marketplace.',
  ],
})

export const secondFactorLetter = (enabled: boolean): Letter => ({
  subject: enabled ? 'Signing in takes a second step now' : 'The second step of signing in was turned off',
  paragraphs: [
    enabled
      ? 'From now on, signing in to your account asks for a code of your authenticator app. Keep the recovery codes where you find them without your phone.'
      : 'From now on, your password alone opens your account. If it was not you, change it at once.',
  ],
})

export const providerConnectedLetter = (name: string): Letter => ({
  subject: `${name} was connected to your account`,
  paragraphs: [
    `From now on you can sign in with ${name}. If it was not you, disconnect it in your settings and change your password.`,
  ],
})
