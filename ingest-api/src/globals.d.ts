/** Version of this software, put in by the build. */
declare const __VERSION__: string

/* The frame's scripts with their hashes, which the build puts into `dist/frame`. */
declare module '*/inner.json' {
  const script: import('../../schema/wire/frame').FrameScript
  export default script
}
declare module '*/outer.json' {
  export { default } from '*/inner.json'
}
declare module '*/refused.json' {
  export { default } from '*/inner.json'
}
