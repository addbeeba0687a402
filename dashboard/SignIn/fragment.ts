import { useEffect, useState } from 'preact/hooks'

/** What is written behind the # of the address, which is then cleared: a token shall stay in no history. */
function takeFragment(): URLSearchParams {
  const facts = new URLSearchParams(location.hash.slice(1))
  if (location.hash) history.replaceState(history.state, '', location.pathname + location.search)
  return facts
}

/** What a link from a mail or from a sign-in provider brought along, also when a second one is opened in this tab. */
export function useFragment(): URLSearchParams {
  const [facts, setFacts] = useState(takeFragment)
  useEffect(() => {
    const look = () => location.hash && setFacts(takeFragment())
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return facts
}
