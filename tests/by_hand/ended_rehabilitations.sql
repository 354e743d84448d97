-- As somebody would write it by hand: each unit once, then every cell with its margins.
-- {data} is the folder of microdata, {year} the year. Cells that nobody is in are left out.

CREATE OR REPLACE TEMP TABLE ended AS
WITH last AS (
    SELECT person_id, max(ended_on) AS day, arg_max(municipality_code, (ended_on, rehabilitation_id)) AS municipality,
           arg_max(direction, (ended_on, rehabilitation_id)) AS direction
    FROM read_parquet('{data}/rehabilitations.parquet') WHERE year(ended_on) = {year} AND person_id NOT IN (
        SELECT person_id FROM read_parquet('{data}/rehabilitations.parquet')
        WHERE started_on <= DATE '{year}-12-31' AND (ended_on IS NULL OR ended_on > DATE '{year}-12-31'))
    GROUP BY person_id),
ill AS (
    SELECT DISTINCT s.person_id FROM read_parquet('{data}/livelihoods.parquet') s JOIN last USING (person_id)
    WHERE s.kind IN ('sickness_benefit', 'rehabilitation_allowance', 'sickness_compensation', 'activity_compensation')
    AND s.from_date <= last.day + 31 AND (s.to_date IS NULL OR s.to_date > last.day + 1))
SELECT p.sex, least(greatest(({year} - p.birth_year) // 10, 2), 6) AS age, municipality,
       left(municipality, 2) AS county, direction, ill.person_id IS NULL AS outcome
FROM last JOIN read_parquet('{data}/persons.parquet') p USING (person_id) LEFT JOIN ill USING (person_id);

SELECT direction, sex, outcome, count(*) FROM ended GROUP BY CUBE (direction, sex, outcome);
SELECT age, sex, outcome, count(*) FROM ended GROUP BY CUBE (age, sex, outcome);
SELECT county, sex, outcome, count(*) FROM ended GROUP BY CUBE (county, sex, outcome);
SELECT coalesce(municipality, county), outcome, count(*) FROM ended
GROUP BY GROUPING SETS ((municipality, outcome), (county, outcome), (outcome), (municipality), (county), ());
