import { send } from './api'

/** What people ask of the API about their own account. */

export const verifyEmail = (token: string) => send<{ email: string }>('POST', '/api/auth/verify', { token })
export const sendVerification = () => send<null>('POST', '/api/auth/verify/send')
export const forgotPassword = (email: string) => send<null>('POST', '/api/auth/forgot', { email })
export const resetPassword = (token: string, password: string) =>
  send<null>('POST', '/api/auth/reset', { token, password })
