-- Which days of each environment were dropped by a rule, how many lines was that, and when?
SELECT environment, rule, min(day) AS first_day, max(day) AS last_day, count(DISTINCT day) AS days,
    coalesce(sum(lines) FILTER (WHERE status IS NOT NULL), 0) AS requests,
    coalesce(sum(lines) FILTER (WHERE status IS NULL), 0) AS events, max(dropped_at) AS dropped_at
FROM dropped_days
GROUP BY environment, rule
ORDER BY dropped_at DESC, environment, rule
