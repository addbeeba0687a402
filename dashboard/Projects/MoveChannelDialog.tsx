import { useState } from 'preact/hooks'
import type { Version } from '../../schema/wire/api'
import { release, rollBack } from '../data/api'
import { Dialog } from '../Dialog/Dialog'
import { Choice, Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { toast } from '../Toasts/Toasts'

type Props = {
  projectId: string
  channel: string
  /** The version that is live now. */
  current: string | undefined
  /** Newest first. */
  versions: Version[]
  onClose: () => void
  onMoved: () => void
}

/** Points a channel at another version. An older one is a rollback, which has to say why. */
export function MoveChannelDialog({ projectId, channel, current, versions, onClose, onMoved }: Props) {
  const [version, setVersion] = useState(
    (versions.find((each) => each.version !== current) ?? versions[0])?.version ?? '',
  )
  const createdAt = (name: string | undefined) =>
    versions.find((each) => each.version === name)?.createdAt ?? 0
  const isRollback = createdAt(version) < createdAt(current)

  const move = async (value: (name: string) => string) => {
    await (isRollback
      ? rollBack(projectId, channel, version, value('reason'))
      : release(projectId, channel, version))
    toast(`${channel} is now ${version}`)
    onMoved()
    onClose()
  }
  return (
    <Dialog title={`Change ${channel}`} onClose={onClose}>
      <Form
        submit={isRollback ? 'Roll back' : 'Release'}
        disabled={!version || version === current}
        onSubmit={move}
      >
        <Choice
          name="version"
          label="Version"
          value={version}
          options={versions.map((each) => ({
            value: each.version,
            label: each.version === current ? `${each.version} (live now)` : each.version,
          }))}
          onText={setVersion}
          hint={
            versions.length > 1
              ? 'Every site that follows this channel gets it within seconds.'
              : 'There is no other version yet. Publish one with “npx oriel publish”.'
          }
        />
        {isRollback && (
          <Field
            name="reason"
            label="Reason"
            required
            maxLength={500}
            hint="Kept on record with your name."
          />
        )}
      </Form>
    </Dialog>
  )
}
