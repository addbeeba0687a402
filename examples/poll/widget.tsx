import { useConfiguration, useTrack } from '@oriel/sdk'
import { useState } from 'preact/hooks'
import type config from './oriel.config'
import styles from './widget.css'

/**
 * A question and its answers as native radio buttons, so that keyboards and screen readers know them already.
 * Only this visitor's own choice is shown: the counts of all visitors belong to the owner's dashboard.
 */
export default function Poll() {
  const { question, answers, thanks, accent } = useConfiguration<typeof config>()
  const track = useTrack()
  const [chosen, setChosen] = useState<string>()

  const choose = (answer: string) => {
    if (answer === chosen) return
    setChosen(answer)
    track('vote', { answer, changed: chosen !== undefined })
  }

  return (
    <fieldset style={{ '--accent': accent }}>
      <style>{styles}</style>
      <legend>{question}</legend>
      {answers.map((answer) => (
        <label key={answer}>
          <input type="radio" name="answer" checked={answer === chosen} onChange={() => choose(answer)} />
          <span>{answer}</span>
          {answer === chosen && <em>Your choice</em>}
        </label>
      ))}
      <p role="status">{chosen === undefined ? '' : thanks}</p>
    </fieldset>
  )
}
