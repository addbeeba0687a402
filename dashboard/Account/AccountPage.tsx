import { useUser } from '../User/UserProvider'
import { ApiKeys } from './ApiKeys'
import { DeleteAccount } from './DeleteAccount'
import { EmailAddress, PasswordChange, Profile } from './Profile'
import { Providers } from './Providers'
import { SecondStep } from './SecondStep'
import { YourData } from '../Privacy/YourData'
import { Sessions } from './Sessions'
import './Account.css'

/** What somebody sets for themselves, whatever the persona. */
export function AccountPage() {
  const { user } = useUser()
  if (!user) return null
  return (
    <>
      <div class="title">
        <div>
          <h1>Account</h1>
          <p>{user.email}</p>
        </div>
      </div>
      <div class="grid">
        <Profile user={user} />
        <EmailAddress user={user} />
        <PasswordChange />
        <SecondStep />
        <Providers />
        <Sessions />
        <ApiKeys user={user} />
        <YourData />
        <DeleteAccount />
      </div>
    </>
  )
}
