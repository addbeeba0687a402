import type { RetentionDays } from './job'
import type { JsonObject } from './json'
import type { Persona } from './permission'

/** Bodies that the HTTP API takes. Their limits are in `schema/checks`. */

/** A super admin is never made by registering. */
export type RegisterRequest = {
  email: string
  password: string
  name: string
  persona: Exclude<Persona, 'super_admin'>
  delivery?: TokenDelivery
}

export type LoginRequest = { email: string; password: string; delivery?: TokenDelivery }

/**
 * Where the refresh token goes: an HttpOnly cookie (the default, for pages, whose scripts must never see it)
 * or the answer's body (for command lines, which keep no cookies; then no cookie is set).
 */
export type TokenDelivery = 'cookie' | 'body'

/** Without a token in the body, the cookie is taken. The answer comes the way the token came. */
export type RefreshRequest = { refreshToken?: string }

export type PersonaRequest = { persona: Persona }

/** A token from a mail's link. */
export type VerifyRequest = { token: string }

export type ForgotRequest = { email: string }

/** The token of the mail that said that the account is closed. */
export type RestoreRequest = { token: string }

export type ResetRequest = { token: string; password: string }

/** `password` is the one until now. */
export type ChangePasswordRequest = { password: string; newPassword: string }

/** The new address is taken over once a link that is mailed there has been opened. */
export type ChangeEmailRequest = { email: string; password: string }

export type UpdateProfileRequest = { name?: string }

/** What cannot be undone, or would lock others out, asks for the password again. */
export type ConfirmRequest = { password: string }

/** Six digits of the authenticator app, or a recovery code. */
export type CodeRequest = { code: string }

export type ChallengeRequest = { challenge: string; code: string; delivery?: TokenDelivery }

export type DisableSecondFactorRequest = { password: string; code: string }

/** The key acts as the active persona. Without `expiresAt` (epoch ms) it lasts until it is revoked. */
export type CreateApiKeyRequest = { name: string; scopes: string[]; expiresAt?: number }

export type CreateProjectRequest = {
  name: string
  /** Unique among the builder's projects; made from the name when left out. */
  slug?: string
  description?: string
  kind?: 'widget' | 'template'
}

export type UpdateProjectRequest = { name?: string; slug?: string; description?: string }

export type ReleaseRequest = { version: string }

/** With `dryRun` nothing changes; the answer says what would. */
export type RollbackRequest = { version: string; reason: string; dryRun?: boolean }

export type ImplementRequest = {
  projectId: string
  /** The page it will stand on; its origin is allowed by itself. */
  implementationUrl: string
  name?: string
  /** Further origins: `https://example.com`, `https://*.example.com`. */
  origins?: string[]
  configuration?: JsonObject
  channel?: string
}

/** A JSON Merge Patch (RFC 7396) of the configuration: what is left out stays, `null` returns to the default. */
export type ConfigureRequest = { configuration: JsonObject }

export type OriginsRequest = { origins: string[] }

/** `null` follows the channel again. */
export type PinRequest = { version: string | null }

/** The end user pauses and activates; the builder and the platform also suspend. */
export type StatusRequest = { status: 'active' | 'paused' | 'suspended' }

export type RetentionRequest = { days: RetentionDays }
