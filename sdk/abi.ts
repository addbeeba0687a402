/**
 * What the inner frame's script offers to bundles, by place in its global array `oriel`. Bundles are kept for ever, so
 * that places never change; new names are added at the end. Places instead of names save 250 bytes on every visit.
 */
export const OFFERED = [
  'mount',
  'jsx',
  'h',
  'Fragment',
  'Component',
  'createContext',
  'createPortal',
  'options',
  'render',
  'useState',
  'useReducer',
  'useEffect',
  'useLayoutEffect',
  'useRef',
  'useMemo',
  'useContext',
  'useErrorBoundary',
  'useConfiguration',
  'useLocale',
  'useTheme',
  'useTrack',
  'actions',
] as const

export type Offered = (typeof OFFERED)[number]

const offered = (name: Offered) => `oriel[${OFFERED.indexOf(name)}]`

/** Calls the runtime with a bundle's component. */
export const mountCall = (component: string) => `${offered('mount')}(${component})`

/** Names that few widgets use: they come with those that do, made of what is offered. */
const RARE: Record<string, string> = {
  createElement: offered('h'),
  jsxs: offered('jsx'),
  jsxDEV: offered('jsx'),
  // Nothing is rendered before the script runs, so that there is nothing to hydrate.
  hydrate: offered('render'),
  createRef: '() => ({ current: null })',
  isValidElement: `(vnode) => vnode?.constructor === ${offered('h')}('a').constructor`,
  cloneElement: `({ type, props, key, ref }, changed, ...children) => ${offered('h')}(type, { ...props, key, ref, ...changed }, ...(children.length ? children : [props.children].flat()))`,
  toChildArray: `(children) => [children].flat(Infinity).filter((child) => child != null && typeof child !== 'boolean')`,
  useCallback: `(callback, inputs) => ${offered('useMemo')}(() => callback, inputs)`,
  // Preact's own derives ids that a server would make too; here is no server.
  useId: `() => ${offered('useState')}(() => 'id-' + crypto.randomUUID())[0]`,
  useDebugValue: '() => {}',
  useImperativeHandle: `(ref, create, inputs) => ${offered('useLayoutEffect')}(() => {
    if (typeof ref === 'function') {
      const end = ref(create())
      return () => { ref(null); typeof end === 'function' && end() }
    }
    if (ref) {
      ref.current = create()
      return () => { ref.current = null }
    }
  }, inputs && [...inputs, ref])`,
}

const isOffered = (name: string): name is Offered => (OFFERED as readonly string[]).includes(name)

/** The expression that a bundle has for a name. */
export const expressionOf = (name: string): string | undefined =>
  isOffered(name) ? offered(name) : RARE[name]
