import { Icon } from '../Icon/Icon'
import { toast } from '../Toasts/Toasts'

type Props = {
  text: string
  /** The id of the element that shows the text, to select it where the clipboard is refused. */
  shownIn: string
}

export function CopyButton({ text, shownIn }: Props) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      toast('Copied')
    } catch {
      // Pages on plain http have no clipboard, and browsers may refuse it.
      getSelection()?.selectAllChildren(document.getElementById(shownIn)!)
      toast('It is selected: copy it with your keyboard')
    }
  }
  return (
    <button class="button primary" onClick={() => void copy()}>
      <Icon name="copy" /> Copy
    </button>
  )
}
