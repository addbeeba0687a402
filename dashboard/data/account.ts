import type {
  ApiKey,
  ConnectedProvider,
  NewApiKey,
  Provider,
  SecondFactor,
  SecondFactorEnrolment,
  Session,
  User,
} from '../../schema/wire/api'
import type { CreateApiKeyRequest } from '../../schema/wire/requests'
import { get, send } from './api'

/** What people ask of the API about their own account. */

export const verifyEmail = (token: string) => send<{ email: string }>('POST', '/api/auth/verify', { token })
export const sendVerification = () => send<null>('POST', '/api/auth/verify/send')
export const forgotPassword = (email: string) => send<null>('POST', '/api/auth/forgot', { email })
export const resetPassword = (token: string, password: string) =>
  send<null>('POST', '/api/auth/reset', { token, password })

export const restoreAccount = (token: string) => send<null>('POST', '/api/auth/restore', { token })

export const rename = (name: string) => send<User>('PATCH', '/api/auth/me', { name })
export const changeEmail = (email: string, password: string) =>
  send<null>('POST', '/api/auth/email', { email, password })
export const changePassword = (password: string, newPassword: string) =>
  send<null>('POST', '/api/auth/password', { password, newPassword })
export const deleteAccount = (password: string) => send<null>('DELETE', '/api/auth/me', { password })

export const listSessions = () => get<Session[]>('/api/auth/sessions')
export const endSession = (id: string) => send<null>('DELETE', `/api/auth/sessions/${id}`)
export const endOtherSessions = () => send<{ ended: number }>('DELETE', '/api/auth/sessions')

export const getSecondFactor = () => get<SecondFactor>('/api/auth/second-factor')
export const enrolSecondFactor = (password: string) =>
  send<SecondFactorEnrolment>('POST', '/api/auth/second-factor', { password })
export const confirmSecondFactor = (code: string) =>
  send<{ recoveryCodes: string[] }>('POST', '/api/auth/second-factor/confirm', { code })
export const disableSecondFactor = (password: string, code: string) =>
  send<null>('DELETE', '/api/auth/second-factor', { password, code })

export const listOffered = () => get<{ id: Provider; name: string }[]>('/api/auth/oauth')
export const listConnected = () => get<ConnectedProvider[]>('/api/auth/identities')
export const connectProvider = (provider: Provider, password: string) =>
  send<{ url: string }>('POST', `/api/auth/identities/${provider}`, { password })
export const disconnectProvider = (provider: Provider) =>
  send<null>('DELETE', `/api/auth/identities/${provider}`)

export const listApiKeys = () => get<ApiKey[]>('/api/auth/api-keys')
export const createApiKey = (body: CreateApiKeyRequest) => send<NewApiKey>('POST', '/api/auth/api-keys', body)
export const revokeApiKey = (id: string) => send<null>('DELETE', `/api/auth/api-keys/${id}`)
