import { expect, test } from 'vitest'
import { makeEmbedCode } from './embed-code'

test('is the frame in its element, and the script', () => {
  expect(makeEmbedCode('https://oriel.example', { id: 'im_1', title: 'Poll', height: 320 })).toBe(
    '<oriel-widget implementation="im_1"><iframe src="https://oriel.example/w/im_1" title="Poll" sandbox="allow-scripts" ' +
      'loading="lazy" style="border:0;width:100%;height:320px"></iframe></oriel-widget>\n' +
      '<script async src="https://oriel.example/oriel.js"></script>',
  )
})

test('keeps another height free in wider places', () => {
  const heights = [
    { from: 600, height: 240 },
    { from: 1000, height: 260 },
  ]
  expect(
    makeEmbedCode('https://oriel.example', { id: 'im_1', title: 'Poll', height: 320, heights }),
  ).toContain(
    'height:320px;height:calc(320px + clamp(-80px,(100cqw - 599px)*-80,0px) + clamp(0px,(100cqw - 999px)*20,20px))"',
  )
})

test('keeps a title inside its attribute', () => {
  const code = makeEmbedCode('https://oriel.example', { id: 'im_1', title: '"><script>&', height: 320 })
  expect(code).toContain('title="&quot;&gt;&lt;script&gt;&amp;" sandbox')
})
