import type { Persona } from '../../schema/wire/permission'
import { PERSONA_NAMES } from '../format'
import { Notice } from '../Panel/Notice'
import { complain } from '../Toasts/Toasts'
import { useUser } from '../User/UserProvider'

/** Says for whom a page is, and offers the shortest way on. */
export function AccessDenied({ requiredPersonas }: { requiredPersonas: Persona[] }) {
  const { user, switchPersona } = useUser()
  const own = requiredPersonas.find((persona) => user?.personas.includes(persona))
  const names = requiredPersonas.map((persona) => PERSONA_NAMES[persona].toLowerCase()).join(' or ')
  return (
    <Notice
      title="Access denied"
      text={`This page is for the persona ${names}. You are here as ${user ? PERSONA_NAMES[user.persona].toLowerCase() : 'nobody'}.`}
    >
      {own && (
        <button class="button primary" onClick={() => void switchPersona(own).catch(complain)}>
          Continue as {PERSONA_NAMES[own].toLowerCase()}
        </button>
      )}
      <a class="button" href="/dashboard">
        To your dashboard
      </a>
    </Notice>
  )
}
