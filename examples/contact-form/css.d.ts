/** `oriel build` brings stylesheets along as minified text. */
declare module '*.css' {
  const text: string
  export default text
}
