import { useLocation } from 'preact-iso/router'
import type { Project } from '../../schema/wire/api'
import { implement } from '../data/api'
import { Dialog } from '../Dialog/Dialog'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { toast } from '../Toasts/Toasts'

/** Asks where a widget will stand, and leads to its embed code. */
export function ImplementDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const { route } = useLocation()
  const add = async (value: (name: string) => string) => {
    const widget = await implement({
      projectId: project.id,
      implementationUrl: value('implementationUrl'),
      ...(value('name') && { name: value('name') }),
    })
    toast(`${widget.name} is ready for your site`)
    route(`/widget/${widget.id}`)
  }
  return (
    <Dialog title={`Add ${project.name}`} onClose={onClose}>
      <Form submit="Add to my site" onSubmit={add}>
        <Field
          name="implementationUrl"
          label="Your site’s address"
          type="url"
          placeholder="https://www.example.com"
          required
          hint="The widget will run there and nowhere else; more sites can be added later."
        />
        <Field
          name="name"
          label="Name (optional)"
          maxLength={100}
          hint="To tell it from others on your list."
        />
      </Form>
    </Dialog>
  )
}
