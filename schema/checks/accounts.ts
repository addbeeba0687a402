import { z } from 'zod'
import { PROVIDERS } from '../wire/api'
import { isGrant, isPermission, PERSONAS } from '../wire/permission'
import type {
  ChallengeRequest,
  ChangeEmailRequest,
  ChangePasswordRequest,
  CodeRequest,
  ConfirmRequest,
  CreateApiKeyRequest,
  DisableSecondFactorRequest,
  ForgotRequest,
  LoginRequest,
  PersonaRequest,
  RefreshRequest,
  RegisterRequest,
  ResetRequest,
  RestoreRequest,
  UpdateProfileRequest,
  VerifyRequest,
} from '../wire/requests'
import { line } from './fields'
import { LAST_TIME } from './usage'

export const MIN_PASSWORD_LENGTH = 10
export const MAX_PASSWORD_LENGTH = 200

const email = z.string().trim().toLowerCase().max(254).pipe(z.email())
const newPassword = z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH)
const password = z.string().max(MAX_PASSWORD_LENGTH)
const token = z.string().max(100)
const delivery = z.enum(['cookie', 'body']).exactOptional()

export const registerRequest = z.strictObject({
  email,
  password: newPassword,
  name: line(100),
  persona: z.enum(['builder', 'end_user']),
  delivery,
}) satisfies z.ZodType<RegisterRequest>

/** Looser than registering, so that a wrong guess is only ever told that the pair is wrong. */
export const loginRequest = z.strictObject({
  email: z.string().trim().toLowerCase().max(254),
  password,
  delivery,
}) satisfies z.ZodType<LoginRequest>

export const refreshRequest = z.strictObject({
  refreshToken: z.string().max(100).exactOptional(),
}) satisfies z.ZodType<RefreshRequest>

export const personaRequest = z.strictObject({
  persona: z.enum(PERSONAS),
}) satisfies z.ZodType<PersonaRequest>

const permission = z
  .string()
  .max(100)
  .refine((value) => isPermission(value) || isGrant(value), 'Must be a permission, such as view_usage.')

export const createApiKeyRequest = z.strictObject({
  name: line(100),
  scopes: z.array(permission).min(1).max(50),
  expiresAt: z.number().int().positive().max(LAST_TIME).exactOptional(),
}) satisfies z.ZodType<CreateApiKeyRequest>

export const verifyRequest = z.strictObject({ token }) satisfies z.ZodType<VerifyRequest>

export const restoreRequest = z.strictObject({ token }) satisfies z.ZodType<RestoreRequest>

export const forgotRequest = z.strictObject({ email }) satisfies z.ZodType<ForgotRequest>

export const resetRequest = z.strictObject({
  token,
  password: newPassword,
}) satisfies z.ZodType<ResetRequest>

export const changePasswordRequest = z.strictObject({
  password,
  newPassword,
}) satisfies z.ZodType<ChangePasswordRequest>

export const changeEmailRequest = z.strictObject({
  email,
  password,
}) satisfies z.ZodType<ChangeEmailRequest>

export const updateProfileRequest = z.strictObject({
  name: line(100).exactOptional(),
}) satisfies z.ZodType<UpdateProfileRequest>

export const confirmRequest = z.strictObject({ password }) satisfies z.ZodType<ConfirmRequest>

const code = z.string().trim().min(1).max(40)

export const codeRequest = z.strictObject({ code }) satisfies z.ZodType<CodeRequest>

export const challengeRequest = z.strictObject({
  challenge: z.string().max(1000),
  code,
  delivery,
}) satisfies z.ZodType<ChallengeRequest>

export const disableSecondFactorRequest = z.strictObject({
  password,
  code,
}) satisfies z.ZodType<DisableSecondFactorRequest>

export const provider = z.enum(PROVIDERS)

/** Which persona somebody new begins with. */
export const oauthQuery = z.object({ persona: z.enum(['builder', 'end_user']).default('builder') })
