/** Which of staff's pages an address has. */
import { Route } from "wouter";
import { JobList } from "./job-list.tsx";
import { MailPage } from "./mail-page.tsx";
import { Overview } from "./overview/overview.tsx";
import { PaymentList } from "./payment-list.tsx";
import { ReconciliationPage } from "./reconciliation/reconciliation-page.tsx";
import { shopPages } from "./shop/pages.tsx";
import { DeliveryList } from "./webhooks/delivery-list.tsx";
import { EndpointPage } from "./webhooks/endpoint/endpoint-page.tsx";
import { NewEndpoint } from "./webhooks/endpoint/new-endpoint.tsx";
import { EventList } from "./webhooks/event-list.tsx";
import { EventPage } from "./webhooks/event-page.tsx";
import { WorkspaceList } from "./workspaces/workspace-list.tsx";
import { WorkspacePage } from "./workspaces/workspace-page.tsx";

export const pages = [
  <Route key="overview" path="/staff" component={Overview} />,
  ...shopPages,
  <Route key="workspaces" path="/staff/workspaces" component={WorkspaceList} />,
  <Route key="workspace" path="/staff/workspaces/:id">
    {({ id }) => <WorkspacePage key={id} id={id} />}
  </Route>,
  <Route key="payments" path="/staff/payments" component={PaymentList} />,
  <Route key="events" path="/staff/webhooks" component={EventList} />,
  <Route key="event" path="/staff/webhooks/:id">
    {({ id }) => <EventPage key={id} id={id} />}
  </Route>,
  <Route key="deliveries" path="/staff/deliveries" component={DeliveryList} />,
  <Route key="new-endpoint" path="/staff/deliveries/endpoints/new" component={NewEndpoint} />,
  <Route key="endpoint" path="/staff/deliveries/endpoints/:id">
    {({ id }) => <EndpointPage key={id} id={id} />}
  </Route>,
  <Route key="jobs" path="/staff/jobs" component={JobList} />,
  <Route key="mail" path="/staff/mail" component={MailPage} />,
  <Route key="reconciliation" path="/staff/reconciliation" component={ReconciliationPage} />,
];
