-- Which symptoms does this case explain that no earlier case explains, and what is the subject of each?
-- A subject is a customer, or a key or a client if the customer is unknown, in one environment.
-- `found` has the places that the query of the case selects.
-- $case text
-- $per text
SELECT symptoms.place, $case AS case_name,
    concat_ws(' | ', $case, coalesce(symptoms.environment, '?'),
        CASE WHEN $per = 'client' THEN symptoms.client_ip
            ELSE coalesce(symptoms.customer_id,
                CASE WHEN symptoms.error_code = 'invalid_api_key' THEN symptoms.key END,
                concat_ws(' ', symptoms.client_ip, symptoms.user_agent)) END,
        CASE WHEN $per = 'website' THEN symptoms.website END) AS subject
FROM found
JOIN symptoms ON symptoms.place = found.place
WHERE symptoms.place NOT IN (SELECT place FROM explained)
