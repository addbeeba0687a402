import type { AdminBuilder, AdminImplementation, AdminUser } from '../../schema/wire/admin'
import { request } from './request'
import { send } from './api'

/** What the platform's own people ask of the API. */

const list = <T>(what: string, search: string, page: number) =>
  request<T[]>(`/api/admin/${what}?page=${page}${search && `&search=${encodeURIComponent(search)}`}`)

export const listUsers = (search: string, page: number) => list<AdminUser>('users', search, page)
export const listBuilders = (search: string, page: number) => list<AdminBuilder>('builders', search, page)
export const listImplementations = (search: string, page: number) =>
  list<AdminImplementation>('implementations', search, page)

export const setUserState = (id: string, action: 'suspend' | 'restore') =>
  send<AdminUser>('POST', `/api/admin/users/${id}/${action}`)
