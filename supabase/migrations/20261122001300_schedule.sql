-- Schedule: only where the hosted platform's extensions exist. pg_cron ticks, pg_net wakes jobs-run, which
-- pulls its work: no payload goes through pg_net. The local stack ticks private.tick() by its own timer.
--
-- Needs two secrets in Vault (docs/operations.md): `project_url` and `jobs_secret_key`.

do $migration$
begin
  if not exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
    or not exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
    or not exists (select from pg_catalog.pg_namespace where nspname = 'vault') then
    raise notice 'no pg_cron, pg_net or Vault here: jobs-run must be called by another timer';
    return;
  end if;
  create extension if not exists pg_cron;
  create extension if not exists pg_net;

  execute $function$
    create function private.wake_jobs_run()
    returns void
    language plpgsql
    security definer
    set search_path = ''
    as $body$
    declare
      project_url constant text := (select decrypted_secret from vault.decrypted_secrets where name = 'project_url');
      secret_key constant text := (select decrypted_secret from vault.decrypted_secrets where name = 'jobs_secret_key');
    begin
      if not private.tick() then
        return;
      end if;
      if project_url is null or secret_key is null then
        raise exception 'cannot wake jobs-run: put project_url and jobs_secret_key into Vault';
      end if;
      perform net.http_post(
        url := project_url || '/functions/v1/jobs-run',
        headers := jsonb_build_object('content-type', 'application/json', 'apikey', secret_key),
        body := '{}'::jsonb,
        timeout_milliseconds := 5000
      );
    end;
    $body$
  $function$;
  execute $comment$
    comment on function private.wake_jobs_run() is
      'Run by pg_cron: calls jobs-run when work is due. Security definer: reads two secrets from Vault.'
  $comment$;
  perform cron.schedule('socle-jobs', '10 seconds', 'select private.wake_jobs_run()');
  -- pg_cron keeps a row of every run for good: 8,640 a day.
  perform cron.schedule(
    'socle-cron-log', '0 4 * * *',
    $$delete from cron.job_run_details where end_time < now() - interval '7 days'$$
  );
end;
$migration$;
