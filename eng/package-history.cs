// Packages this repository's own history for places without git: dotnet run eng/package-history.cs
#:project ../src/ActorSync.Node/ActorSync.Node.csproj
#:property PublishAot=false
using ActorSync.Node.Git;

const string Target = "samples/data/actorsync.history";
if (!File.Exists("ActorSync.sln"))
{
    Console.Error.WriteLine("run this in the folder of ActorSync.sln");
    return 2;
}
var opened = await GitRepository.OpenAsync(".");
if (!opened.TryGet(out var history, out var error) || history.IsShallow)
{
    Console.Error.WriteLine(error?.Message ?? "this clone is shallow: run `git fetch --unshallow` first");
    return 1;
}
var bytes = await GitHistoryFile.WriteAsync(Target, history);
Console.WriteLine($"{Target}: {history.CommitCount} commits, {bytes} bytes");
return 0;
