-- The rules by which stored texts were redacted: rules_of_texts.py runs these statements.

-- name: noted
-- By which rules were the newest texts redacted?
SELECT value FROM meta WHERE name = 'rules_of_texts';

-- name: forget
DELETE FROM meta WHERE name IN ('rules_of_texts', 'batches_by_other_rules');

-- name: note
-- The batches before the next one were stored by other rules.
-- $rules text
INSERT INTO meta
SELECT 'rules_of_texts', $rules
UNION ALL
SELECT 'batches_by_other_rules', CAST(nextval('batch_ids') AS VARCHAR);
