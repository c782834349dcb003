-- A port that the sender never goes to is refused when it is written. No check constraint: an endpoint of before
-- could then not even be disabled.

create function private.webhook_endpoint_port()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- http is the local stack's own, at whatever port.
  if new.url like 'https:%' and new.url !~ '^https://(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?]+)(:(0*(443|8443))?)?([/?]|$)' then
    perform private.problem(422, 'invalid_body', 'url: no such host and port; the port is 443 or 8443.');
  end if;
  return null;
end;
$$;
comment on function private.webhook_endpoint_port() is
  'Trigger: an endpoint is at one of the ports that the sender goes to.';
comment on column public.webhook_endpoints.url is
  'https at port 443 or 8443; no name and password in it, no fragment.';
-- Told after the policy, as its neighbour about events is.
create constraint trigger webhook_endpoints_port after insert or update of url on public.webhook_endpoints
  for each row execute function private.webhook_endpoint_port();
