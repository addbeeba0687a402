import { useLayoutEffect } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso/router'
import { PersonaGuard } from '../PersonaGuard/PersonaGuard'
import type { Route } from '../routes'
import { useUser } from '../User/UserProvider'
import { RouteBoundary } from './RouteBoundary'

/** A page behind its guard, or the way to the door for who is not signed in. */
export function ProtectedRoute({ route: { title, page: Page, for: who } }: { route: Route }) {
  const { isAuthenticated } = useUser()
  const { url, query } = useLocation()
  // Not the location's: while the next page's code is on its way, this one stays as it is.
  const { path } = useRoute()
  useLayoutEffect(() => {
    document.title = `${title} · Oriel`
  }, [title])

  if (who === 'public' && isAuthenticated) return <Redirect to={localPath(query.next)} />
  if (who !== 'public' && !isAuthenticated) return <Redirect to={`/login?next=${encodeURIComponent(url)}`} />
  const page = (
    <RouteBoundary key={path}>
      <Page />
    </RouteBoundary>
  )
  return who === 'public' ? page : <PersonaGuard requiredPersonas={who}>{page}</PersonaGuard>
}

/** Goes elsewhere without leaving a trace in the history. */
export function Redirect({ to }: { to: string }) {
  const { route } = useLocation()
  useLayoutEffect(() => route(to, true), [to])
  return null
}

/** A path of ours and nothing else: what stands in an address may have been written by anybody. */
const localPath = (path: string | undefined) => (path && /^\/(?![/\\])/.test(path) ? path : '/dashboard')
