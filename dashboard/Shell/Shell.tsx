import { effect, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso/router'
import type { Persona } from '../../schema/wire/permission'
import { Icon, Logo } from '../Icon/Icon'
import { PersonaSelector } from '../PersonaSelector/PersonaSelector'
import { HOMES } from '../homes'
import { routes } from '../routes'
import { ThemeSwitch } from '../Theme/ThemeSwitch'
import { complain } from '../Toasts/Toasts'
import { useUser } from '../User/UserProvider'
import { ImpersonationBanner } from './ImpersonationBanner'
import { VerifyBanner } from './VerifyBanner'
import './Shell.css'

const isNarrow = signal(localStorage.getItem('oriel.sidebar') === 'narrow')
effect(() => localStorage.setItem('oriel.sidebar', isNarrow.value ? 'narrow' : 'wide'))

/** What surrounds every page of somebody who is signed in: a sidebar, on phones a bar above and one below. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { user, logout, switchPersona } = useUser()
  const { route } = useLocation()
  if (!user) return null
  const { impersonation } = user

  const change = async (persona: Persona) => {
    await switchPersona(persona)
    route(HOMES[persona])
  }
  return (
    <div class={`shell ${isNarrow.value ? 'narrow' : ''} ${impersonation ? 'seen-as' : ''}`}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      {impersonation && <ImpersonationBanner user={user} impersonation={impersonation} />}
      <header class="side">
        <a class="brand" href="/dashboard" aria-label="Oriel">
          <Logo />
          <span>Oriel</span>
        </a>
        <Navigation persona={user.persona} />
        <div class="account">
          <ThemeSwitch />
          <div class="who">
            <b title={user.email}>{user.name}</b>
            <PersonaSelector
              currentPersona={user.persona}
              availablePersonas={user.personas}
              disabled={impersonation !== undefined}
              onPersonaChange={(persona) => void change(persona).catch(complain)}
            />
          </div>
          <button
            class="quiet"
            title="Sign out"
            aria-label="Sign out"
            onClick={() => void logout().catch(complain)}
          >
            <Icon name="exit" />
          </button>
          <button
            class="quiet fold"
            aria-label="Narrow sidebar"
            aria-pressed={isNarrow.value}
            title={isNarrow.value ? 'Widen the sidebar' : 'Narrow the sidebar'}
            onClick={() => (isNarrow.value = !isNarrow.value)}
          >
            <Icon name="panel" />
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {!user.emailVerified && !impersonation && <VerifyBanner email={user.email} />}
        {children}
      </main>
    </div>
  )
}

function Navigation({ persona }: { persona: Persona }) {
  const { path } = useLocation()
  // The last that fits, for /admin/users stands below /admin and after it.
  const here = routes.findLast(
    (route) => route.icon && (path === route.path || path.startsWith(`${route.path}/`)),
  )
  return (
    <nav aria-label="Main">
      {routes.map(
        (route) =>
          route.icon &&
          route.for.includes(persona) && (
            <a
              key={route.path}
              href={route.path}
              title={route.title}
              aria-current={route === here ? (path === route.path ? 'page' : 'true') : undefined}
            >
              <Icon name={route.icon} />
              <span>{route.title}</span>
            </a>
          ),
      )}
    </nav>
  )
}
