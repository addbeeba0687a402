import { useBuilder } from '../User/UserProvider'
import { BuilderDashboard } from './BuilderDashboard'

export const BuilderDashboardPage = () => <BuilderDashboard builderId={useBuilder().builderId} />
