import type { AnyComponent } from 'preact'
import lazy from 'preact-iso/lazy'
import { PERSONAS, type Persona } from '../schema/wire/permission'
import { Outdated } from './App/Outdated'
import type { IconName } from './Icon/Icon'

export type Route = {
  path: string
  title: string
  page: AnyComponent
  /** Who may see it; `public` is for those who are not signed in, `anybody` for those who come from a mail. */
  for: 'public' | 'anybody' | Persona[]
  /** Set when the navigation shows it. */
  icon?: IconName
}

/** A page in a file of its own. A deployment removes the files of the one before it; a new page load finds the new. */
const page = (load: () => Promise<AnyComponent>) => lazy(() => load().catch((): AnyComponent => Outdated))

/** The one table behind the routing, its guards and the navigation. /dashboard leads to the active persona's own. */
export const routes: Route[] = [
  {
    path: '/login',
    title: 'Sign in',
    for: 'public',
    page: page(() => import('./SignIn/LoginPage').then((file) => file.LoginPage)),
  },
  {
    path: '/register',
    title: 'Create an account',
    for: 'public',
    page: page(() => import('./SignIn/RegisterPage').then((file) => file.RegisterPage)),
  },
  {
    path: '/forgot',
    title: 'Forgot your password?',
    for: 'public',
    page: page(() => import('./SignIn/ForgotPage').then((file) => file.ForgotPage)),
  },
  {
    path: '/reset',
    title: 'Choose a password',
    for: 'anybody',
    page: page(() => import('./SignIn/ResetPage').then((file) => file.ResetPage)),
  },
  {
    path: '/verify',
    title: 'Confirm your address',
    for: 'anybody',
    page: page(() => import('./SignIn/VerifyPage').then((file) => file.VerifyPage)),
  },
  {
    path: '/restore',
    title: 'Bring your account back',
    for: 'anybody',
    page: page(() => import('./SignIn/RestorePage').then((file) => file.RestorePage)),
  },
  {
    path: '/builder-dashboard',
    title: 'Overview',
    for: ['builder'],
    icon: 'chart',
    page: page(() =>
      import('./BuilderDashboard/BuilderDashboardPage').then((file) => file.BuilderDashboardPage),
    ),
  },
  {
    path: '/projects',
    title: 'Projects',
    for: ['builder'],
    icon: 'box',
    page: page(() => import('./Projects/ProjectsPage').then((file) => file.ProjectsPage)),
  },
  {
    path: '/projects/:projectId',
    title: 'Project',
    for: ['builder'],
    page: page(() => import('./Projects/ProjectPage').then((file) => file.ProjectPage)),
  },
  {
    path: '/end-user-dashboard',
    title: 'Overview',
    for: ['end_user'],
    icon: 'chart',
    page: page(() =>
      import('./EndUserDashboard/EndUserDashboardPage').then((file) => file.EndUserDashboardPage),
    ),
  },
  {
    path: '/widget/:widgetId',
    title: 'Widget',
    for: ['end_user'],
    page: page(() => import('./Widget/WidgetPage').then((file) => file.WidgetPage)),
  },
  {
    path: '/widget/:widgetId/configure',
    title: 'Configure',
    for: ['end_user'],
    page: page(() => import('./Widget/WidgetConfigurationPage').then((file) => file.WidgetConfigurationPage)),
  },
  {
    path: '/marketplace',
    title: 'Marketplace',
    for: ['builder', 'end_user'],
    icon: 'store',
    page: page(() => import('./Marketplace/MarketplacePage').then((file) => file.MarketplacePage)),
  },
  {
    path: '/marketplace/:projectId',
    title: 'Widget',
    for: ['builder', 'end_user'],
    page: page(() => import('./Marketplace/OfferPage').then((file) => file.OfferPage)),
  },
  {
    path: '/admin',
    title: 'Platform',
    for: ['super_admin'],
    icon: 'chart',
    page: page(() => import('./AdminDashboard/AdminDashboardPage').then((file) => file.AdminDashboardPage)),
  },
  {
    path: '/admin/users',
    title: 'Users',
    for: ['super_admin'],
    icon: 'people',
    page: page(() => import('./Admin/UsersPage').then((file) => file.UsersPage)),
  },
  {
    path: '/admin/builders',
    title: 'Builders',
    for: ['super_admin'],
    icon: 'box',
    page: page(() => import('./Admin/BuildersPage').then((file) => file.BuildersPage)),
  },
  {
    path: '/admin/projects',
    title: 'Projects',
    for: ['super_admin'],
    icon: 'check',
    page: page(() => import('./Admin/ProjectsPage').then((file) => file.ProjectsPage)),
  },
  {
    path: '/admin/implementations',
    title: 'Implementations',
    for: ['super_admin'],
    icon: 'store',
    page: page(() => import('./Admin/ImplementationsPage').then((file) => file.ImplementationsPage)),
  },
  {
    path: '/admin/dead-letters',
    title: 'Dead letters',
    for: ['super_admin'],
    icon: 'alert',
    page: page(() => import('./Admin/DeadLettersPage').then((file) => file.DeadLettersPage)),
  },
  {
    path: '/admin/audit-logs',
    title: 'Audit log',
    for: ['super_admin'],
    icon: 'list',
    page: page(() => import('./Audit/AuditPage').then((file) => file.AuditPage)),
  },
  {
    path: '/alerts',
    title: 'Alerts',
    for: [...PERSONAS],
    icon: 'bell',
    page: page(() => import('./Alerts/AlertsPage').then((file) => file.AlertsPage)),
  },
  {
    path: '/account',
    title: 'Account',
    for: [...PERSONAS],
    icon: 'person',
    page: page(() => import('./Account/AccountPage').then((file) => file.AccountPage)),
  },
]
