-- A token is good for up to an hour after its user is gone: until now it could still upload an avatar, a file
-- of nobody's that everybody reads and no deletion finds. Whoever uploads must have a profile.

alter policy "Users add avatar files to their own folder" on storage.objects
  with check (
    bucket_id = 'avatars'
    and name ~ ('^' || (select auth.uid())::text || '/[A-Za-z0-9_-]+\.(png|jpg|webp)$')
    and exists (select from public.profiles as profile where profile.id = (select auth.uid()))
  );
alter policy "Users replace their own avatar files" on storage.objects
  with check (
    bucket_id = 'avatars'
    and name ~ ('^' || (select auth.uid())::text || '/[A-Za-z0-9_-]+\.(png|jpg|webp)$')
    and exists (select from public.profiles as profile where profile.id = (select auth.uid()))
  );
