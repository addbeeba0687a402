import { z } from 'zod'
import { PERSONAS } from '../wire/permission'
import type { LoginRequest, PersonaRequest, RefreshRequest, RegisterRequest } from '../wire/requests'
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
