-- The key that acted is part of what is sealed. Without one the hash is what it was before there were keys here, so
-- that every earlier seal still fits.
CREATE OR REPLACE FUNCTION audit_hash(previous text, entry audit_log) RETURNS text
  LANGUAGE sql STABLE SET search_path = public, pg_catalog SET timezone = 'UTC' AS $$
  SELECT encode(sha256(convert_to(previous || (jsonb_build_array(
    entry.id, entry.at, entry.actor_id, entry.actor_persona, entry.action, entry.resource_type, entry.resource_id,
    entry.before, entry.after, entry.request_id)
    || CASE WHEN entry.key_id IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(entry.key_id) END)::text, 'UTF8')), 'hex')
$$;
