import type { Persona } from '../../schema/wire/permission'
import { PERSONA_NAMES } from '../format'
import './PersonaSelector.css'

type Props = {
  currentPersona: Persona
  onPersonaChange: (persona: Persona) => void
  availablePersonas: Persona[]
  disabled?: boolean
}

/** Says as whom one works here, and changes it for those who are more than one. */
export function PersonaSelector({
  currentPersona,
  onPersonaChange,
  availablePersonas,
  disabled = false,
}: Props) {
  if (availablePersonas.length < 2) return <span class="persona">{PERSONA_NAMES[currentPersona]}</span>
  return (
    <select
      class="persona"
      aria-label="Work as"
      value={currentPersona}
      disabled={disabled}
      onChange={({ currentTarget }) => {
        const chosen = availablePersonas.find((persona) => persona === currentTarget.value)
        if (chosen) onPersonaChange(chosen)
      }}
    >
      {availablePersonas.map((persona) => (
        <option key={persona} value={persona}>
          {PERSONA_NAMES[persona]}
        </option>
      ))}
    </select>
  )
}
