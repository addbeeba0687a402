import { useConfiguration, useHost, useStorage, useTrack } from '@oriel/sdk'
import { useState } from 'preact/hooks'
import type config from './oriel.config'
import styles from './widget.css'

/**
 * A form whose message goes to the page around it (`oriel:event` with the name `message`), which owns what visitors
 * write. Oriel only counts that one was sent. With the page's consent an unfinished message survives a reload.
 */
export default function ContactForm() {
  const { heading, topics, button, thanks, accent } = useConfiguration<typeof config>()
  const { send } = useHost()
  const track = useTrack()
  const [draft, setDraft] = useStorage<string>('draft', '')
  const [isSent, setSent] = useState(false)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const fields = Object.fromEntries(
      [...new FormData(event.currentTarget as HTMLFormElement)].map(([name, value]) => [name, String(value)]),
    )
    send('message', fields)
    track('sent', { length: draft.length, ...(fields.topic && { topic: fields.topic }) })
    void setDraft('')
    setSent(true)
  }

  return (
    <section style={{ '--accent': accent }}>
      <style>{styles}</style>
      <h2>{heading}</h2>
      {isSent ? (
        <p role="status">{thanks}</p>
      ) : (
        <form onSubmit={submit}>
          {topics.length > 0 && (
            <label>
              Topic
              <select name="topic">
                {topics.map((topic) => (
                  <option key={topic}>{topic}</option>
                ))}
              </select>
            </label>
          )}
          <label>
            Email
            <input name="email" type="email" autoComplete="email" required maxLength={200} />
          </label>
          <label>
            Message
            <textarea
              name="message"
              rows={4}
              required
              maxLength={2000}
              value={draft}
              onInput={({ currentTarget }) => void setDraft(currentTarget.value)}
            />
          </label>
          <button>{button}</button>
        </form>
      )}
    </section>
  )
}
