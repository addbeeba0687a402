import { useLayoutEffect } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso/router'
import type { Persona } from '../../schema/wire/permission'
import { PersonaGuard } from '../PersonaGuard/PersonaGuard'
import { HOMES } from '../homes'
import { routes, type Route } from '../routes'
import { useUser } from '../User/UserProvider'
import { RouteBoundary } from './RouteBoundary'

/** A page behind its guard, or the way to the door for who is not signed in. */
export function ProtectedRoute({ route: { title, page: Page, for: who } }: { route: Route }) {
  const { persona } = useUser()
  const { url, query } = useLocation()
  // Not the location's: while the next page's code is on its way, this one stays as it is.
  const { path } = useRoute()
  useLayoutEffect(() => {
    document.title = `${title} · Oriel`
  }, [title])

  if (who === 'public' && persona) return <Redirect to={wayOn(query.next, persona)} />
  if (Array.isArray(who) && !persona) return <Redirect to={`/login?next=${encodeURIComponent(url)}`} />
  const page = (
    <RouteBoundary key={path}>
      <Page />
    </RouteBoundary>
  )
  return Array.isArray(who) ? <PersonaGuard requiredPersonas={who}>{page}</PersonaGuard> : page
}

/** Goes elsewhere, once, without leaving a trace in the history. It stays drawn while the next page's code comes. */
export function Redirect({ to }: { to: string }) {
  const { route } = useLocation()
  useLayoutEffect(() => route(to, true), [])
  return null
}

/** Where somebody wanted to go before signing in, when it is a page of theirs; addresses may be written by anybody. */
function wayOn(path: string | undefined, persona: Persona): string {
  const room = path?.split(/[/?#]/)[1]
  const isOwn = routes.some((route) => route.for.includes(persona) && route.path.split('/')[1] === room)
  return path?.startsWith('/') && isOwn ? path : HOMES[persona]
}
