import { Icon } from '../Icon/Icon'
import { toast } from '../Toasts/Toasts'

type Props = {
  text: string
  /** The id of the element that shows the text, to select it where the clipboard is refused. */
  shownIn: string
  /** Where something else beside it is the main thing to do. */
  isMinor?: boolean
}

export function CopyButton({ text, shownIn, isMinor = false }: Props) {
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
    <button type="button" class={isMinor ? 'button' : 'button primary'} onClick={() => void copy()}>
      <Icon name="copy" /> Copy
    </button>
  )
}
