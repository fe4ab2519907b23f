-- Which requests are also known by this id?
-- $alias text
SELECT DISTINCT request_id FROM aliases WHERE alias = $alias LIMIT 20
