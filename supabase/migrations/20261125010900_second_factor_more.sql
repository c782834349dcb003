-- The second factor of owners who pay, where else they write by themselves: keys and invitations. The
-- endpoints that make these ask for it already; renaming and revoking go to the tables.

create policy "Owners who pay change keys with a second factor" on public.workspace_api_keys
  as restrictive for update to authenticated
  using ((select private.second_factor_given())) with check ((select private.second_factor_given()));
create policy "Owners who pay change invitations with a second factor" on public.workspace_invitations
  as restrictive for update to authenticated
  using ((select private.second_factor_given())) with check ((select private.second_factor_given()));
