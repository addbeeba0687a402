import type { AlertRule } from '../../../schema/wire/alert'
import { metricsOf } from '../../../schema/wire/metric'
import { ROLE_PERMISSIONS, type Persona } from '../../../schema/wire/permission'
import { formatValue } from '../analytics/format-value'
import type { Letter } from '../mail/compose'

type Opened = Pick<
  AlertRule,
  'name' | 'metric' | 'condition' | 'threshold' | 'windowMinutes' | 'previous'
> & {
  persona: Persona
  value: number
}

/** Tells the owner of a rule, once, that it holds. */
export function alertLetter(baseUrl: string, rule: Opened): Letter {
  const { name, metric, condition, threshold, windowMinutes, previous, value, persona } = rule
  const { name: title } = metricsOf({ persona, permissions: ROLE_PERMISSIONS[persona] }).find(
    ({ id }) => id === metric,
  )!
  const came = `${title} came to ${formatValue(metric, value)} in the last ${formatWindow(windowMinutes)}`
  const because =
    condition === 'changesBy'
      ? `. In as much time before it was ${formatValue(metric, previous ?? 0)}, and you asked to be told of a change by ${percent.format(threshold)}.`
      : `, which is ${condition} the ${formatValue(metric, threshold)} that you asked to be told of.`
  return {
    subject: `Alert: ${name}`,
    paragraphs: [
      came + because,
      'You get this letter once. The alert is resolved by itself once this has not been so for as long again.',
    ],
    action: { label: 'See your alerts', url: `${baseUrl}/alerts` },
  }
}

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 })

const formatWindow = (minutes: number): string => {
  const [size, unit] =
    minutes % 1440 === 0
      ? [minutes / 1440, 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute']
  return size === 1 ? unit : `${size} ${unit}s`
}
