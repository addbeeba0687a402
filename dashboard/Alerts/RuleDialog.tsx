import { useState } from 'preact/hooks'
import {
  ALERT_CONDITIONS,
  MAX_WINDOW_MINUTES,
  MIN_WINDOW_MINUTES,
  type AlertCondition,
  type AlertRule,
} from '../../schema/wire/alert'
import type { User } from '../../schema/wire/api'
import type { Metric, MetricId } from '../../schema/wire/metric'
import { createRule, listWatchable, updateRule } from '../data/alerts'
import { useQuery } from '../data/query'
import { Dialog } from '../Dialog/Dialog'
import { Choice, Field, Switch } from '../Form/Field'
import { Form } from '../Form/Form'
import { Failed, Skeleton } from '../Panel/Panel'
import { CONDITIONS, formatWindow, scaleOf } from './words'

const WINDOWS = [MIN_WINDOW_MINUTES, 15, 30, 60, 180, 720, 1440, 3 * 1440, MAX_WINDOW_MINUTES]

type Props = {
  user: User
  metrics: Metric[]
  /** The rule to change; undefined for another one. */
  rule: AlertRule | undefined
  onClose: () => void
  onSaved: (rule: AlertRule) => void
}

/** Asks what to watch, and when it is worth telling. */
export function RuleDialog({ user, metrics, rule, onClose, onSaved }: Props) {
  const watchable = useQuery(`watchable ${user.persona}`, () => listWatchable(user.persona))
  const [metric, setMetric] = useState<MetricId>(rule?.metric ?? 'errors')
  const [condition, setCondition] = useState<AlertCondition>(rule?.condition ?? 'above')
  const [windowMinutes, setWindow] = useState(rule?.windowMinutes ?? 60)
  const [narrowing, setNarrowing] = useState(rule?.implementationId ?? rule?.projectId ?? '')
  const [byMail, setByMail] = useState(rule?.byMail ?? user.emailVerified)
  const [name, setName] = useState(rule?.name ?? '')
  const scale = scaleOf(metric, condition)
  const [amount, setAmount] = useState(rule ? String(Number((rule.threshold / scale.size).toFixed(6))) : '')

  const save = async () => {
    const asked = {
      name,
      metric,
      condition,
      threshold: Number((Number(amount) * scale.size).toFixed(8)),
      windowMinutes,
      implementationId: narrowing.startsWith('im_') ? narrowing : null,
      projectId: narrowing.startsWith('pr_') ? narrowing : null,
      byMail,
    }
    onSaved(await (rule ? updateRule(rule.id, asked) : createRule(asked)))
  }
  const content = () => {
    if (watchable.state === 'loading') return <Skeleton lines={6} />
    if (watchable.state === 'failed') return <Failed error={watchable.error} retry={watchable.retry} />
    const known = watchable.data.map(({ id, name }) => ({ value: id, label: name }))
    // What is gone since stays chosen until somebody chooses otherwise.
    const isGone = narrowing !== '' && known.every(({ value }) => value !== narrowing)
    return (
      <Form submit={rule ? 'Save' : 'Watch'} onSubmit={save}>
        <Field name="name" label="Name" value={name} onText={setName} required maxLength={100} />
        {(known.length > 0 || isGone) && (
          <Choice
            name={narrowing.startsWith('pr_') ? 'projectId' : 'implementationId'}
            label="Of"
            value={narrowing}
            onText={setNarrowing}
            options={[
              { value: '', label: user.persona === 'builder' ? 'All my projects' : 'All my widgets' },
              ...known,
              ...(isGone ? [{ value: narrowing, label: 'What is gone' }] : []),
            ]}
          />
        )}
        <Choice
          name="metric"
          label="What"
          hint={metrics.find(({ id }) => id === metric)?.meaning}
          value={metric}
          onText={(value) => setMetric(value as MetricId)}
          options={metrics.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Choice
          name="condition"
          label="When it"
          value={condition}
          onText={(value) => setCondition(value as AlertCondition)}
          options={ALERT_CONDITIONS.map((value) => ({ value, label: CONDITIONS[value] }))}
        />
        <Field
          name="threshold"
          label={scale.label}
          type="number"
          step="any"
          value={amount}
          onText={setAmount}
          required
        />
        <Choice
          name="windowMinutes"
          label="In the last"
          hint={condition === 'changesBy' ? 'It is held against as much time before.' : undefined}
          value={String(windowMinutes)}
          onText={(value) => setWindow(Number(value))}
          options={[...new Set([...WINDOWS, windowMinutes])]
            .sort((a, b) => a - b)
            .map((minutes) => ({ value: String(minutes), label: formatWindow(minutes) }))}
        />
        <Switch name="byMail" label={`Write to ${user.email}`} checked={byMail} onChecked={setByMail} />
      </Form>
    )
  }
  return (
    <Dialog title={rule ? 'Change what you watch' : 'Watch something'} onClose={onClose}>
      {content()}
    </Dialog>
  )
}
