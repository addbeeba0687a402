import { PERSONAS, type Persona } from '../../schema/wire/permission'
import { Switch } from '../Form/Field'
import { PERSONA_NAMES } from '../format'

type Props = { label: string; personas: Persona[]; onPersonas: (personas: Persona[]) => void }

/** Which personas somebody holds; the first of them in this order is the active one to begin with. */
export const PersonaChoice = ({ label, personas, onPersonas }: Props) => (
  <fieldset class="scopes">
    <legend>{label}</legend>
    {[...PERSONAS].reverse().map((persona) => (
      <Switch
        key={persona}
        name={`personas.${persona}`}
        label={PERSONA_NAMES[persona]}
        checked={personas.includes(persona)}
        onChecked={(checked) =>
          onPersonas(checked ? [...personas, persona] : personas.filter((each) => each !== persona))
        }
      />
    ))}
  </fieldset>
)
