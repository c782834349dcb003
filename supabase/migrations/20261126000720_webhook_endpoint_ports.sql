-- An address that the sender would refuse for good is refused when it is written. No check constraint: an
-- endpoint of before could then not even be disabled.

create function private.webhook_endpoint_port()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.url is not distinct from old.url then
    return null;
  end if;
  -- http is the local stack's own, at whatever port.
  if new.url like 'https:%' and new.url !~ '^https://(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?]+)(:(443|8443)?)?([/?]|$)' then
    perform private.problem(422, 'invalid_body', 'url: its port is 443 or 8443.');
  end if;
  return null;
end;
$$;
comment on function private.webhook_endpoint_port() is
  'Trigger: an endpoint is at one of the ports that the sender goes to.';
-- Told after the policy, as its neighbour about events is.
create constraint trigger webhook_endpoints_port after insert or update of url on public.webhook_endpoints
  for each row execute function private.webhook_endpoint_port();
