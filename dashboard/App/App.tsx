import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router'
import { Failed } from '../Panel/Panel'
import { Notice } from '../Panel/Notice'
import { HOMES } from '../homes'
import { routes } from '../routes'
import { Shell } from '../Shell/Shell'
import { Toasts } from '../Toasts/Toasts'
import { UserProvider, useUser } from '../User/UserProvider'
import { ProtectedRoute, Redirect } from './ProtectedRoute'
import { Splash } from './Splash'

/** The router tells pages apart by their component, so each route has its own. */
const screens = routes.map((route) => ({
  path: route.path,
  Screen: () => <ProtectedRoute route={route} />,
}))

/** Pages that stand alone, also for those who are signed in. */
const doors = new Set(routes.filter((route) => route.for === 'anybody').map(({ path }) => path))

/** Links to these stay inside the page; all others (widgets, documents) are the browser's. */
const scope = new RegExp(
  `^/($|dashboard$|(${routes.map(({ path }) => path.split('/')[1]).join('|')})(/|\\?|$))`,
)

export const App = () => (
  <LocationProvider scope={scope}>
    <UserProvider>
      <Screens />
    </UserProvider>
    <Toasts />
  </LocationProvider>
)

function Screens() {
  const { user, isLoading, error, reload } = useUser()
  const { path } = useLocation()
  if (isLoading) return <Splash />
  if (error)
    return (
      <div class="notice">
        <Failed error={error} retry={() => void reload()} />
      </div>
    )
  const pages = (
    <Router onRouteChange={focusContent}>
      {screens.map(({ path, Screen }) => (
        <Route key={path} path={path} component={Screen} />
      ))}
      <Route path="/" component={Home} />
      <Route path="/dashboard" component={Home} />
      <Route default component={NotFound} />
    </Router>
  )
  if (!user || doors.has(path)) return pages
  // The key: nothing on the screen outlives the persona that it was shown to.
  return <Shell key={`${user.id} ${user.persona}`}>{pages}</Shell>
}

/** Keyboards and screen readers go on where the new page begins. */
const focusContent = () => document.getElementById('main')?.focus({ preventScroll: true })

function Home() {
  const { persona } = useUser()
  return <Redirect to={persona ? HOMES[persona] : '/login'} />
}

const NotFound = () => (
  <Notice title="There is no such page" text="The address may be mistyped, or the page has moved.">
    <a class="button primary" href="/dashboard">
      To your dashboard
    </a>
  </Notice>
)
