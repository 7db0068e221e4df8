using ActorSync.Bench.SideBySide;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Roles;
using ActorSync.Bench.SideBySide.Rows;

if (args is ["--role", var role, .. var words])
    return await Role.RunAsync(role, words);
Options options;
try
{
    options = Options.Parse(args);
}
catch (BenchException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n{Options.Usage}");
    return 2;
}
return await Run.AllAsync(options);
