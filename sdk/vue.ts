import { defineComponent, h, onMounted, ref, watch, type PropType } from 'vue'
import type { Json, JsonObject } from '../schema/wire/json'
import {
  attributesOf,
  ensureLoader,
  EVENTS,
  type Mode,
  type WidgetEvents,
  type WidgetHandle,
  type WidgetProps,
} from './element'

export type { WidgetHandle, WidgetProps }

/**
 * A widget in a Vue page, with `send`, `open` and `close` on its template ref. Templates need no
 * `isCustomElement` for it.
 * @example <OrielWidget server="https://oriel.example" implementation="im_…" @event="({ name }) => …" />
 */
export const OrielWidget = defineComponent({
  name: 'OrielWidget',
  props: {
    implementation: { type: String, required: true },
    server: { type: String, required: true },
    mode: String as PropType<Mode>,
    theme: String as PropType<NonNullable<WidgetProps['theme']>>,
    loading: String as PropType<NonNullable<WidgetProps['loading']>>,
    locale: String,
    title: String,
    configuration: Object as PropType<JsonObject>,
  },
  emits: {
    ready: () => true,
    event: (_detail: WidgetEvents['event']) => true,
    error: (_fault: WidgetEvents['error']) => true,
    open: () => true,
    close: () => true,
  },
  setup(props, { emit, expose }) {
    const element = ref<HTMLElement & WidgetHandle>()
    // Until the loader has come, the element is a plain one.
    const whenDefined = (then: () => void) => void customElements.whenDefined('oriel-widget').then(then)
    onMounted(() => watch(() => props.server, ensureLoader, { immediate: true }))
    expose({
      send: (name: string, data?: Json) => whenDefined(() => element.value?.send(name, data)),
      open: () => whenDefined(() => element.value?.open()),
      close: () => whenDefined(() => element.value?.close()),
    } satisfies WidgetHandle)
    const tell = emit as (type: string, detail?: unknown) => void
    const listeners = Object.fromEntries(
      EVENTS.map((type) => [
        `onOriel:${type}`,
        ({ detail }: CustomEvent<unknown>) => (detail === null ? tell(type) : tell(type, detail)),
      ]),
    )
    return () => h('oriel-widget', { ...attributesOf(props as WidgetProps), ...listeners, ref: element })
  },
})
