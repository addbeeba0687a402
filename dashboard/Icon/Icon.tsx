const paths = {
  chart: 'M3 13.5h10M4.5 10.5V8M8 10.5V4M11.5 10.5V6.5',
  box: 'M8 2.2 13.5 5v6L8 13.8 2.5 11V5zM2.7 5.1 8 7.8l5.3-2.7M8 7.8v5.8',
  store:
    'M2.5 6.5 3.5 3h9l1 3.5a1.8 1.8 0 0 1-3.6 0 1.8 1.8 0 0 1-3.7 0 1.8 1.8 0 0 1-3.7 0zM3.5 8.5V13h9V8.5',
  person: 'M8 2.5a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2M2.8 13.5a5.2 4 0 0 1 10.4 0',
  people:
    'M6 3.5a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M1.5 13a4.5 3.6 0 0 1 9 0M10.5 3.7a2.2 2.2 0 0 1 0 4M12 9.8a4 3.5 0 0 1 2.5 3.2',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  moon: 'M13 9.4A5.5 5.5 0 0 1 6.6 3a5.5 5.5 0 1 0 6.4 6.4z',
  screen: 'M2.5 3.5h11v7h-11zM6 13.5h4M8 10.5v3',
  copy: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7',
  check: 'm3 8.5 3.2 3.2L13 5',
  bell: 'M8 2.5a3.7 3.7 0 0 0-3.7 3.7c0 3.3-1.3 4.3-1.3 4.3h10s-1.3-1-1.3-4.3A3.7 3.7 0 0 0 8 2.5M6.8 12.8a1.3 1.3 0 0 0 2.4 0',
  alert: 'M8 2.5 14 13H2zM8 6.5V9M8 11v.1',
  forget:
    'M8 2.5a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2M2.8 13.5a5.2 4 0 0 1 6-3.9M10.5 10.5l3 3M13.5 10.5l-3 3',
  close: 'm4 4 8 8M12 4l-8 8',
  arrow: 'm6 3.5 4.5 4.5L6 12.5',
  out: 'M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5',
  exit: 'M9.5 3.5h-6v9h6M7 8h6.5M11 5.5 13.5 8 11 10.5',
  panel: 'M2.5 3h11v10h-11zM6 3v10',
  reload: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5',
} as const
export type IconName = keyof typeof paths

/** A line icon in the colour of the text around it. It only accompanies words, so assistive technology skips it. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
)

/** Oriel's sign: a bay window on its corbel. */
export const Logo = () => (
  <svg class="logo" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
    <path class="side" d="M3 7.2 7.2 4v13L3 14.6z" />
    <path class="front" d="M8.2 3.6h7.6v13.8H8.2z" />
    <path class="side" d="M21 7.2 16.8 4v13l4.2-2.4z" />
    <path class="corbel" d="M8.2 18.6h7.6l-2 2.8h-3.6zM3 15.8l4.2 2.4v.4H5.6zM21 15.8l-4.2 2.4v.4h1.6z" />
  </svg>
)
