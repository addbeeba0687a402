import type { ComponentChildren } from 'preact'
import type { Persona } from '../../schema/wire/permission'
import { AccessDenied } from '../AccessDenied/AccessDenied'
import { useUser } from '../User/UserProvider'

type Props = { requiredPersonas: Persona[]; fallback?: ComponentChildren; children: ComponentChildren }

/** Shows its children to these personas only. It spares people a dead end; what they may see, the API decides. */
export function PersonaGuard({ requiredPersonas, fallback, children }: Props) {
  const { persona } = useUser()
  if (persona && requiredPersonas.includes(persona)) return <>{children}</>
  return <>{fallback ?? <AccessDenied requiredPersonas={requiredPersonas} />}</>
}
