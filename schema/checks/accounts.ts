import { z } from 'zod'
import { isGrant, isPermission, PERSONAS } from '../wire/permission'
import type {
  CreateApiKeyRequest,
  LoginRequest,
  PersonaRequest,
  RefreshRequest,
  RegisterRequest,
} from '../wire/requests'
import { line } from './fields'

export const MIN_PASSWORD_LENGTH = 10
export const MAX_PASSWORD_LENGTH = 200

const email = z.string().trim().toLowerCase().max(254).pipe(z.email())
const delivery = z.enum(['cookie', 'body']).exactOptional()

export const registerRequest = z.strictObject({
  email,
  password: z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH),
  name: line(100),
  persona: z.enum(['builder', 'end_user']),
  delivery,
}) satisfies z.ZodType<RegisterRequest>

/** Looser than registering, so that a wrong guess is only ever told that the pair is wrong. */
export const loginRequest = z.strictObject({
  email: z.string().trim().toLowerCase().max(254),
  password: z.string().max(MAX_PASSWORD_LENGTH),
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
  expiresAt: z.number().int().positive().max(8.64e15).exactOptional(),
}) satisfies z.ZodType<CreateApiKeyRequest>
