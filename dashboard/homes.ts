import type { Persona } from '../schema/wire/permission'

/** Where each persona's /dashboard is. */
export const HOMES: Record<Persona, string> = {
  super_admin: '/admin',
  builder: '/builder-dashboard',
  end_user: '/end-user-dashboard',
}
