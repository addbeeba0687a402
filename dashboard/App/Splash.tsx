import { Logo } from '../Icon/Icon'

/** What is seen for the moment before it is known who is there. */
export const Splash = () => (
  <div class="splash" role="status" aria-label="Loading">
    <Logo />
  </div>
)
