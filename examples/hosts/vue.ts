import { OrielWidget, type WidgetHandle } from '@oriel/sdk/vue'
import { createApp, defineComponent, h, ref } from 'vue'

const server = 'https://oriel.example'

/** Two routes; leaving one takes its widgets along. */
const App = defineComponent(() => {
  const route = ref('poll')
  const events = ref<string[]>([])
  const dialog = ref<WidgetHandle>()
  const tell = (event: string) => events.value.push(event)
  const button = (label: string, onClick: () => void) => h('button', { type: 'button', onClick }, label)
  return () =>
    h('main', [
      h('h1', 'Vue with routes'),
      h('nav', { 'aria-label': 'Pages' }, [
        button('Show poll', () => (route.value = 'poll')),
        button('Show contact', () => (route.value = 'contact')),
        button('Open dialog', () => dialog.value?.open()),
      ]),
      h(OrielWidget, {
        key: route.value,
        server,
        implementation: `im_${route.value}`,
        title: route.value,
        onReady: () => tell(`ready ${route.value}`),
        onEvent: ({ name }) => tell(`event ${name}`),
      }),
      h(OrielWidget, {
        ref: dialog,
        server,
        implementation: 'im_contact',
        mode: 'dialog',
        onOpen: () => tell('open'),
        onClose: () => tell('close'),
      }),
      h('output', events.value.join(', ')),
    ])
})

createApp(App).mount('#app')
