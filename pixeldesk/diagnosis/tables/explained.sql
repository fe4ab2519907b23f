-- Which symptoms does this case explain that no case before it has explained, and whose are they?
-- A subject is who has the case: a customer, or where none is known a key or a client; in one environment.
SELECT symptoms.place, $case AS case_name,
    concat_ws(' | ', $case, coalesce(symptoms.environment, '?'),
        CASE WHEN $per = 'client' THEN symptoms.client_ip
            ELSE coalesce(symptoms.customer_id,
                CASE WHEN symptoms.error_code = 'invalid_api_key' THEN symptoms.key END,
                concat_ws(' ', symptoms.client_ip, symptoms.user_agent)) END,
        CASE WHEN $per = 'website' THEN symptoms.website END) AS subject
FROM ({query}) AS found
JOIN symptoms ON symptoms.place = found.place
WHERE symptoms.place NOT IN (SELECT place FROM explained)
