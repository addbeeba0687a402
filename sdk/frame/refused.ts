import type { FrameRefusal } from '../../schema/wire/frame'
import { isGreeting, PROTOCOL, type Greeting } from '../../schema/wire/message'

/** The whole script of a frame without a widget: it tells the loader why, at once and whenever it is asked. */
const { reason: refused }: { reason: FrameRefusal } = JSON.parse(
  document.getElementById('oriel')!.textContent,
)

const refuse = () => parent.postMessage({ oriel: PROTOCOL, refused } satisfies Greeting, '*')

addEventListener('message', ({ data, source }) => source === parent && isGreeting(data) && refuse())
refuse()
